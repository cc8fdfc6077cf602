"""honnin: plays many people at many kiosks, records everything, and decides whose document came back."""

__version__ = "0.1.0"
