"""The six certificate families: what each prints of an extract, and the typesetting that makes a PDF of it."""
