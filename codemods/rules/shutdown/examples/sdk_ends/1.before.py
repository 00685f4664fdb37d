import assemblyai as aai


def main(chunks):
    transcriber = aai.RealtimeTranscriber(sample_rate=16_000, on_data=print, on_error=print, on_close=print)
    transcriber.connect()

    # until nobody speaks any more
    transcriber.stream(chunks)

    transcriber.close()
    print("done")
