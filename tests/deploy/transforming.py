"""The packaged template as AWS's own SAM transform makes it, which CloudFormation then deploys.

The transform stands in .venv-deploy, for it wants another pydantic than the service.
"""

import json
import os
import subprocess
from collections.abc import Mapping
from typing import Any

import pytest

from tools.package_bucket import with_code

from .emulator import PYTHON, REGION

# `make test-deploy` has installed it, so that a missing one is a mistake there.
needs_transform = pytest.mark.skipif(
    os.environ.get("DEPLOY") != "1" and not PYTHON.exists(),
    reason="THE TEMPLATE IS NOT TRANSFORMED: no .venv-deploy (make test-deploy)",
)
_PROGRAM = """
import json, sys
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

template, given = json.load(sys.stdin)
json.dump(Translator({}, Parser()).translate(template, given), sys.stdout)
"""


def transformed(template: Mapping[str, Any], **given: str) -> dict[str, Any]:
    """Return the template after the SAM transform; parameters keep their defaults unless given."""
    whole = with_code(template, "packages", "code/abc.zip")
    parameters = {"Stage": "dev", "SecretVersion": "a" * 32} | given
    ran = subprocess.run(
        [str(PYTHON), "-c", _PROGRAM],
        input=json.dumps([whole, parameters]),
        env={"AWS_DEFAULT_REGION": REGION},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return dict(json.loads(ran.stdout))
