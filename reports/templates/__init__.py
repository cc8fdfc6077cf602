"""Templates and style sheet of the page, as package data."""
