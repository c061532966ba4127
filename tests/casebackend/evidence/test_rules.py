from casebackend.evidence.rules import Kind, suits


def test_a_recording_can_be_heard() -> None:
    assert suits(Kind.RECORDING, "audio/wav")
    assert suits(Kind.RECORDING, "video/mp4")
    assert not suits(Kind.RECORDING, "text/plain")
    assert suits(Kind.DOCUMENT, "application/pdf")
