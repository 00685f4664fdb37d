def test_note():
    assert {"message_type": "FinalTranscript"}["message_type"]
