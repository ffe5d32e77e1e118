# syntax=docker/dockerfile:1

# Apus as one static executable in an otherwise empty image:
#   docker build -t apus .
#   docker run --rm --read-only -p 8080:8080 apus
#   docker run --rm --read-only -p 8080:8080 -v "$PWD/models:/models:ro" apus

FROM swift:6.3-bookworm AS build
RUN apt-get update \
    && apt-get install --yes --no-install-recommends zlib1g-dev libsqlite3-dev libpng-dev libjpeg62-turbo-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src

# Dependencies first: this layer is rebuilt only when the manifest changes.
# Package.resolve[d] is a pattern, so that the file may be absent.
COPY Package.swift Package.resolve[d] ./
RUN swift package resolve

# The manifest names the test targets too, so their directories must exist; nothing of them is compiled.
COPY Sources Sources
COPY Tests Tests
RUN swift build -c release --product apus \
        --static-swift-stdlib -Xswiftc -static-executable -Xlinker -s \
    && install -D -m 0755 "$(swift build -c release --show-bin-path)/apus" /image/apus
COPY models /image/models
COPY config /image/config
# Readable by the numeric user below, whatever the modes in the build context were.
RUN chmod -R u=rwX,go=rX /image

FROM scratch
COPY --from=build /image/ /
# "nobody" of distroless images. The server writes nothing, so the root file system may be read-only.
USER 65532:65532
# As variables, so that they reach the health check too, and `docker run -e APUS_SERVER_PORT=9000` both of them.
ENV APUS_SERVER_HOST=0.0.0.0 APUS_REPOSITORY_MODELS=/models
EXPOSE 8080
# The binary asks http://127.0.0.1:8080/readyz itself: the image holds no shell and no curl.
HEALTHCHECK --interval=10s --timeout=2s --start-period=5s --retries=3 CMD ["/apus", "health"]
ENTRYPOINT ["/apus"]
CMD ["serve"]
