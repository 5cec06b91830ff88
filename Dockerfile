# The bot's image: one static binary, the certificates it needs to trust GitHub and Slack, no shell,
# not root.
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY api api
COPY cmd cmd
COPY internal internal
ARG VERSION=dev
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=${VERSION}" -o /bot ./cmd/bot

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /bot /bot
USER 65532:65532
EXPOSE 8080 9090
ENTRYPOINT ["/bot"]
CMD ["serve", "--config", "/etc/kargo-bot/config.yaml"]
