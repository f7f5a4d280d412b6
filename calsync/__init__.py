"""calsync keeps the promises a rep makes on the phone."""

__version__ = "0.1.0"
