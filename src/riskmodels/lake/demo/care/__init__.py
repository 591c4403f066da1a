"""Adult social care in the demo lake: made-up people, and the Client Level Data return that would be sent of them.

``people`` draws who they are, ``chances`` says what befalls them week by week and what it costs, ``lives`` lives the
weeks; from that follow ``services``, ``contacts`` and ``carers``. ``submissions`` sends twelve months of it every
quarter as they then stood, ``faults`` makes the returns as imperfect as returns are, and ``truth`` keeps what only the
generator knows.
"""

from riskmodels.lake.demo.care.make import write_care

__all__ = ["write_care"]
