"""coneyctl as it is installed, over the local socket of a broker that each check starts itself. Prints TAP."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import checks
import local_socket  # noqa: F401  (importing registers the checks)
import stopped_app  # noqa: F401

sys.exit(checks.run_all())
