"""What an auditor checks of a version: signatures, the log, published cells, and every figure derived anew."""
