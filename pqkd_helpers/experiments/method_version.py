"""The name of a computation: a hash of its configuration and of the method's version."""

import json
from typing import Any

from ..files import sha256

# Raised by hand whenever the same configuration would give other numbers than before.
METHOD_VERSION = 3


def configuration_hash(configuration: dict[str, Any], method_version: int = METHOD_VERSION) -> str:
    """Return 16 hexadecimal digits that name a configuration and the method's version."""
    text = json.dumps({**configuration, "method_version": method_version}, sort_keys=True)
    return sha256(text.encode())[:16]
