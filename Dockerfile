# The operator's image: three static binaries on nothing. The last stage is also read by hack/image, which builds the same
# content without a container engine (`make image`); keep it to the instructions that hack/image/dockerfile.go knows.
FROM --platform=$BUILDPLATFORM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY cmd/s3-gateway/go.mod cmd/s3-gateway/go.sum ./cmd/s3-gateway/
RUN go -C cmd/s3-gateway mod download
COPY apis ./apis
COPY cmd ./cmd
COPY controllers ./controllers
COPY pkg ./pkg
COPY webhooks ./webhooks
COPY hack/build.sh ./hack/build.sh
ARG VERSION=dev
ARG TARGETOS=linux
ARG TARGETARCH
ENV VERSION=$VERSION GOOS=$TARGETOS GOARCH=$TARGETARCH
RUN hack/build.sh /out

FROM scratch
ARG VERSION=dev
LABEL org.opencontainers.image.title="Zot Artifact Store Operator" \
      org.opencontainers.image.description="Runs zot OCI registries on Kubernetes and OpenShift" \
      org.opencontainers.image.source="https://github.com/zot-artifact-store/operator" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}"
COPY --from=build --chmod=0755 /out/manager /manager
COPY --from=build --chmod=0755 /out/config-agent /config-agent
COPY --from=build --chmod=0755 /out/s3-gateway /s3-gateway
USER 65532:65532
ENTRYPOINT ["/manager"]
