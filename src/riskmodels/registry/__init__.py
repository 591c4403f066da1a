"""Where runs and models are written down, and the only folder that knows MLflow.

::

    client, fetching, serving   speak to a registry, copy a live version, and judge whether it may serve
    bundles/                    what a model is saved as, read back and made again
    governed/                   the store that stock MLflow's server loads, and what it keeps
    auditing/                   what an auditor checks of a version
    tracking                    runs
"""
