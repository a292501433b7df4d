"""A server of TLS in front of a plain one: tls.py PORT FILE.

Passes on to PORT of this machine what comes in, under a certificate for the name "localhost" that an authority of its
own has signed. Writes the authority's certificate to FILE, then the port that it listens at to stdout. What it takes
besides Python, `cryptography`, comes with moto.
"""

import contextlib
import datetime
import pathlib
import socket
import ssl
import sys
import tempfile
import threading

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


def certificate(name, key, issuer, signing_key, extension):
    now = datetime.datetime.now(datetime.timezone.utc)
    day = datetime.timedelta(days=1)
    of = lambda name: x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    builder = x509.CertificateBuilder(of(issuer), of(name), key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - day).not_valid_after(now + day)
    return builder.add_extension(extension, critical=True).sign(signing_key, hashes.SHA256())


def context(authority_file):
    """The context of the server, whose authority goes to `authority_file`."""
    authority_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    pem = serialization.Encoding.PEM
    is_authority = x509.BasicConstraints(ca=True, path_length=0)
    authority = certificate("tests", authority_key, "tests", authority_key, is_authority)
    pathlib.Path(authority_file).write_bytes(authority.public_bytes(pem))
    names = x509.SubjectAlternativeName([x509.DNSName("localhost")])
    own = certificate("localhost", key, "tests", authority_key, names)
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile() as file:
        file.write(own.public_bytes(pem) + key.private_bytes(pem, *plain))
        file.flush()
        context.load_cert_chain(file.name)
    return context


def copy(source, target):
    with contextlib.suppress(OSError):
        while data := source.recv(1 << 16):
            target.sendall(data)
    # The other direction ends with this one.
    for end in source, target:
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


def serve(client, context, port):
    # A client that doesn't like the certificate goes away here.
    with contextlib.suppress(OSError), context.wrap_socket(client, server_side=True) as client:
        with socket.create_connection(("127.0.0.1", port)) as server:
            back = threading.Thread(target=copy, args=(server, client))
            back.start()
            copy(client, server)
            back.join()


def main():
    port, authority_file = int(sys.argv[1]), sys.argv[2]
    server_context = context(authority_file)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        print(listener.getsockname()[1], flush=True)
        while True:
            client, _ = listener.accept()
            threading.Thread(target=serve, args=(client, server_context, port), daemon=True).start()


main()
