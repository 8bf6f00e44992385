# The program in an image of its own, from the parts that libraries.lock names.
#
#   docker build .                  the program and the CA roots, nothing else
#   docker build --target k8s .     the same with a static busybox, for runners that
#                                   start a step's container with sh, env and tail
#
# The libraries stand in an early stage, so that a change in src/ rebuilds in seconds.
# Tarballs in sources/ are taken before any mirror is asked; BASE is any Debian image, and
# one that has the packages needs no mirror at all.

ARG BASE=debian:trixie-slim
FROM ${BASE} AS base
WORKDIR /project
COPY scripts/deps scripts/
RUN scripts/deps static

FROM base AS busybox
RUN scripts/deps busybox
RUN set -eu; \
	install -D /bin/busybox /image/bin/busybox; \
	install -D -m 644 /usr/share/doc/busybox-static/copyright \
		/image/usr/share/licenses/busybox; \
	for name in $(/bin/busybox --list); do \
		[ "$name" = busybox ] || ln -s busybox "/image/bin/$name"; \
	done; \
	mkdir -p /image/usr/bin; \
	ln -s ../../bin/env /image/usr/bin/env

FROM base AS program
COPY libraries.lock ./
COPY sources sources
COPY scripts/lock scripts/build-static scripts/
RUN scripts/build-static --libraries
COPY Makefile VERSION LICENSE ./
COPY src src
ARG COMMIT=
RUN scripts/build-static --out /image

FROM scratch AS k8s
COPY --from=busybox /image /
COPY --from=program /image /
LABEL org.opencontainers.image.title="cc-token" \
	org.opencontainers.image.description="OAuth tokens of contact-centre APIs in CI: get, mask, refresh, revoke" \
	org.opencontainers.image.licenses="MIT"
ENTRYPOINT ["/cc-token"]
CMD ["help"]

FROM scratch AS release
COPY --from=program /image /
LABEL org.opencontainers.image.title="cc-token" \
	org.opencontainers.image.description="OAuth tokens of contact-centre APIs in CI: get, mask, refresh, revoke" \
	org.opencontainers.image.licenses="MIT"
ENTRYPOINT ["/cc-token"]
CMD ["help"]
