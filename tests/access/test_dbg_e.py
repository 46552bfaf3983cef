from tests.access.test_matrix import *
def test_dbg(scene):
    way=next(w for w in ways_in() if w.name=="clinic_audit")
    c=scene.client(scene.north.members[Role.ADMIN])
    r=send(c, way,"get",scene.north)
    print(r.status_code, r.request["PATH_INFO"]); from tests.tracker.pages import text_of; print(text_of(r)[:3000])
