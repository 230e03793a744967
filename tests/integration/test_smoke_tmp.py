from __future__ import annotations
import time
from phoenix_traces.demo.server import EmbeddedPhoenix
from tests.support.live import make_traces, annotations_of, post_raw, wait_for_annotations

def test_a(server: EmbeddedPhoenix) -> None:
    t=time.time()
    ids = make_traces(server, 20)
    print("make", time.time()-t)
    r = post_raw(server, '{"data":[{"trace_id":"%s","name":"x","annotator_kind":"HUMAN","result":{"score":1}}]}' % ids[0])
    print(r.status_code, r.text)
    print(annotations_of(server, ids))
