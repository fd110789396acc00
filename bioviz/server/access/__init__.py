"""Who may come in: hosts, origins, tokens, roles and what pages may fetch, for all that the server serves."""

from bioviz.server.access.guard import Guard
from bioviz.server.access.policy import Policy, SignIn

__all__ = ["Guard", "Policy", "SignIn"]
