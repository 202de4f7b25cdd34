"""A fake engine: answers every request with the JSON of its argument; "request" answers with the request."""

import json
import sys

from condasync.solve.engine.serve import serve

canned = json.loads(sys.argv[1])
serve(lambda _: lambda request: {"unsolvable": json.dumps(request)} if canned == "request" else canned)
