"""A program that waits for a child which holds a FIFO; the tests interrupt or kill it."""

import json
import sys
from pathlib import Path

from condasync.solve.engine.child import Child, Limits

script = str(Path(__file__).with_name("scripted.py"))
child = Child(engine="fake", command=(sys.executable, script), opening=b"{}", limits=Limits(timeout=60.0, memory=2**40))
child.ask(json.dumps({"do": "hold", "value": sys.argv[1]}).encode())
