from patients.protocol.tables import ProtocolError
from tracker import checks


def test_protocol_in_force_is_whole():
    assert checks.protocol_is_whole() == []


def test_drug_without_a_monitoring_file_stops_the_start(monkeypatch):
    def broken(*_):
        raise ProtocolError("items.toml: the drug 'newdrug' has no monitoring file")

    monkeypatch.setattr(checks, "cross_check", broken)

    (message,) = checks.protocol_is_whole()

    assert message.is_serious()
    assert "newdrug" in message.msg
