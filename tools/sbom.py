"""The bill of materials of a package, as CycloneDX 1.6 in JSON.

It says nothing of when or where it was made, so the same package has the same one.
"""

import hashlib
import json
import tomllib
from email.message import Message
from email.parser import Parser
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from .generated import ROOT
from .runtime import RUNTIME

__all__ = ["bill_of_materials"]

Component = dict[str, Any]


def bill_of_materials(tree: Path, archive: Path) -> str:
    """Return the bill of an archive, from the descriptions of the libraries in its tree."""
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    libraries = []
    for file in sorted(tree.glob("*.dist-info/METADATA")):
        described = Parser().parsestr(file.read_text(encoding="utf-8"))
        libraries.append(_library(described))
    ours = _ours(digest)
    uses = [each["bom-ref"] for each in libraries]
    bill = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid5(NAMESPACE_URL, digest)}",
        "version": 1,
        "metadata": {"component": ours},
        "components": libraries,
        "dependencies": [{"ref": ours["bom-ref"], "dependsOn": uses}],
    }
    return json.dumps(bill, indent=1) + "\n"


def _ours(digest: str) -> Component:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    project = tomllib.loads(text)["project"]
    return {
        "type": "application",
        "bom-ref": project["name"],
        "name": project["name"],
        "version": project["version"],
        "hashes": [{"alg": "SHA-256", "content": digest}],
        "properties": [
            {"name": "aws:lambda:runtime", "value": f"python{RUNTIME}"}
        ],
    }


def _library(described: Message) -> Component:
    name, version = described["Name"], described["Version"]
    address = f"pkg:pypi/{name.lower().replace('_', '-')}@{version}"
    component: Component = {
        "type": "library",
        "bom-ref": address,
        "name": name,
        "version": version,
        "purl": address,
    }
    licences = _licences(described)
    if licences:
        component["licenses"] = licences
    return component


def _licences(described: Message) -> list[dict[str, Any]]:
    """Return the licence as an expression of SPDX, or as the name that the library gives it."""
    if expression := described["License-Expression"]:
        return [{"expression": expression}]
    if name := described["License"]:
        return [{"license": {"name": name.splitlines()[0]}}]
    for classifier in described.get_all("Classifier", []):
        kind, *_, name = classifier.split(" :: ")
        if kind == "License":
            return [{"license": {"name": name}}]
    return []
