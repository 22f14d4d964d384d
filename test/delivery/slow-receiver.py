"""Takes puts as an uplink does that is slow: with a small receive buffer, so that the sender's system cannot hide how far
it has come, and so many bytes a second over all connections. Says its port first, then the texts of each put that it stored."""

import json
import socket
import sys
import threading
import time

RECEIVE_BUFFER = 4096
CHUNK = 1024
uplink = threading.Lock()
seconds_per_chunk = CHUNK / int(sys.argv[1])


def receive(connection):
    with uplink:
        time.sleep(seconds_per_chunk)
        return connection.recv(CHUNK)


def serve(connection):
    data = b""
    while True:
        while b"\r\n\r\n" not in data:
            more = receive(connection)
            if not more:
                return
            data += more
        head, _, data = data.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").lower().split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines[1:])
        length = int(headers.get("content-length", 0))
        while len(data) < length:
            more = receive(connection)
            if not more:
                return
            data += more
        body, data = data[:length], data[length:]
        if headers["x-amz-target"].endswith("putlogevents"):
            texts = [event["message"] for event in json.loads(body)["logEvents"]]
            print(json.dumps({"stored": texts}), flush=True)
        answer = b"{}"
        connection.sendall(
            b"HTTP/1.1 200 OK\r\ncontent-type: application/x-amz-json-1.1\r\n"
            + b"content-length: %d\r\n\r\n%s" % (len(answer), answer)
        )


def serve_until_it_closes(connection):
    try:
        serve(connection)
    except OSError:
        pass
    finally:
        connection.close()


server = socket.socket()
server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
server.bind(("127.0.0.1", 0))
server.listen()
print(json.dumps({"port": server.getsockname()[1]}), flush=True)
while True:
    accepted, _ = server.accept()
    threading.Thread(target=serve_until_it_closes, args=(accepted,), daemon=True).start()
