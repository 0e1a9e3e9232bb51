"""The settings of a test run: the platform's, upon a database server and a data folder of the tests' own."""

import os
from importlib import import_module

from tests.server import DATA, own_server

os.environ.setdefault("FPA_DATA_DIR", str(DATA))
if "DATABASE_URL" not in os.environ:
    server = own_server()
    server.start()
    os.environ["DATABASE_URL"] = f"postgresql://fpa_owner@/fpa?host={server.sockets}"

platform = vars(import_module("config.settings"))  # it reads what is set above
globals().update({name: value for name, value in platform.items() if name.isupper()})
