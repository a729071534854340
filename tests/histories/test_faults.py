"""Each rule finds an error of the past: the machine can fail."""

import pytest

from .machine import run
from .planted import FAULTS, Fault
from .rule import RuleBroken

MOST = 300


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_the_histories_find_a_planted_fault(fault: Fault):
    with fault.plant(), pytest.raises(RuleBroken, match=f"^{fault.rule}:"):
        run(fault.machine, MOST, shrink=False)
