"""The certificate-issuing centre: cards, sessions, and the way to the nodes."""
