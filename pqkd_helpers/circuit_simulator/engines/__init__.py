"""Other simulators, and real hardware, behind the same protocol as our own simulator.

None of their packages is installed by default: ``pip install "pqkd-helpers[perceval]"`` and
``pip install "pqkd-helpers[cudaq]"`` (in a clone: ``pip install -e ".[perceval]"``) bring them.
"""

from .cudaq_engine import CudaqInterferometer
from .perceval_engine import PercevalInterferometer

__all__ = ["CudaqInterferometer", "PercevalInterferometer"]
