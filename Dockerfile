# The released images, from Debian's source packages.
#
#   docker build .                  the program and the CA roots, nothing else
#   docker build --target k8s .     the same with a static busybox, for runners that
#                                   start a step's container with sh, env and tail
#
# The libraries stand in early stages, so that a change in src/ rebuilds in seconds.

FROM debian:trixie-slim AS sources
# The published base image has debian.sources, one made by debootstrap sources.list.
RUN set -eu; \
	if [ -f /etc/apt/sources.list.d/debian.sources ]; then \
		sed -i 's/^Types: deb$/Types: deb deb-src/' /etc/apt/sources.list.d/debian.sources; \
	else \
		sed -n 's/^deb /deb-src /p' /etc/apt/sources.list >/etc/apt/sources.list.d/src.list; \
	fi; \
	apt-get -qq update; \
	DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends \
		busybox-static ca-certificates dpkg-dev gcc libc6-dev linux-libc-dev make \
		musl-tools perl >/dev/null; \
	mkdir /src; cd /src; \
	apt-get -qq source openssl curl cjson >/dev/null; \
	mv openssl-* openssl; mv curl-* curl; mv cjson-* cjson; \
	rm ./*.tar.* ./*.dsc
# musl brings no kernel headers: lend it those of the distribution, and nothing else.
RUN set -eu; \
	mkdir -p /opt/kernel; \
	ln -s /usr/include/linux /usr/include/asm-generic /opt/kernel/; \
	ln -s "/usr/include/$(gcc -print-multiarch)/asm" /opt/kernel/asm

FROM sources AS busybox
RUN set -eu; \
	install -D /bin/busybox /image/bin/busybox; \
	install -D -m 644 /usr/share/doc/busybox-static/copyright \
		/image/usr/share/licenses/busybox; \
	for name in $(/bin/busybox --list); do \
		[ "$name" = busybox ] || ln -s busybox "/image/bin/$name"; \
	done; \
	mkdir -p /image/usr/bin; \
	ln -s ../../bin/env /image/usr/bin/env

FROM sources AS libraries
# -Os: a fetch takes as long as with -O2, and the program is 500 KiB smaller.
ENV CC=musl-gcc \
	CFLAGS="-Os -fPIE -fno-plt -ffunction-sections -fdata-sections -fstack-protector-strong -fstack-clash-protection -isystem /opt/kernel"

# TLS 1.2 and 1.3 with RSA, ECDSA and EdDSA certificates, AES-GCM and ChaCha20; the
# groups X25519, P-256, P-384, P-521, finite fields, and the hybrid with ML-KEM. No file
# that stands on the machine can configure or extend it.
RUN set -eu; \
	mkdir /build; cd /build; \
	/src/openssl/Configure "linux-$(uname -m)" --prefix=/opt/lib --libdir=lib \
		--openssldir=/etc/ssl \
		no-shared no-module no-dso no-engine no-legacy no-autoload-config \
		no-apps no-docs no-tests no-ui-console no-async no-afalgeng \
		no-ssl3 no-tls1 no-tls1_1 no-dtls no-quic no-nextprotoneg \
		no-comp no-ct no-srp no-srtp no-sctp no-ssl-trace \
		no-cmp no-cms no-ts no-rfc3779 \
		no-aria no-bf no-blake2 no-camellia no-cast no-des no-gost no-idea no-md4 \
		no-mdc2 no-multiblock no-ocb no-rc2 no-rc4 no-rmd160 no-seed no-siv no-sm2 \
		no-sm3 no-sm4 no-whirlpool no-argon2 no-scrypt \
		no-dsa no-ec2m no-ml-dsa no-slh-dsa enable-ec_nistp_64_gcc_128 >/dev/null; \
	make -j"$(nproc)" build_libs >/dev/null; \
	make install_dev >/dev/null; \
	rm -rf /build

# HTTP/1.1 over TCP and unix sockets, proxies, names resolved in a thread so that time
# limits hold for them too.
RUN set -eu; \
	mkdir /build; cd /build; \
	CPPFLAGS="-isystem /opt/kernel" LDFLAGS=-static-pie \
	/src/curl/configure --quiet --prefix=/opt/lib --disable-shared --enable-static \
		--with-openssl=/opt/lib --disable-openssl-auto-load-config \
		--with-ca-bundle=/etc/ssl/certs/ca-certificates.crt --without-ca-path \
		--enable-ipv6 --enable-unix-sockets --enable-proxy --enable-http-auth \
		--enable-threaded-resolver --disable-ares --disable-doh \
		--disable-dict --disable-file --disable-ftp --disable-gopher --disable-imap \
		--disable-ipfs --disable-ldap --disable-mqtt --disable-pop3 --disable-rtsp \
		--disable-smb --disable-smtp --disable-telnet --disable-tftp \
		--disable-websockets --disable-alt-svc --disable-hsts --disable-cookies \
		--disable-netrc --disable-aws --disable-kerberos-auth \
		--disable-negotiate-auth --disable-ntlm --disable-tls-srp \
		--disable-form-api --disable-mime --disable-bindlocal --disable-dnsshuffle \
		--disable-get-easy-options --disable-libcurl-option --disable-progress-meter \
		--disable-sha512-256 --disable-verbose --disable-docs --disable-manual \
		--without-brotli --without-libgsasl --without-libidn2 --without-libpsl \
		--without-librtmp --without-libssh2 --without-nghttp2 --without-zlib \
		--without-zstd >/dev/null; \
	make -C lib -j"$(nproc)" install >/dev/null; \
	make -C include install >/dev/null; \
	rm -rf /build

RUN set -eu; \
	cd /src/cjson; \
	$CC $CFLAGS -c -o /tmp/cJSON.o cJSON.c; \
	ar rcs /opt/lib/lib/libcjson.a /tmp/cJSON.o; \
	install -D -m 644 cJSON.h /opt/lib/include/cjson/cJSON.h

FROM libraries AS program
# What a licence asks to go with a copy, and the roots.
RUN set -eu; \
	notice() { install -D -m 644 "$2" "/image/usr/share/licenses/$1"; }; \
	notice openssl /src/openssl/LICENSE.txt; \
	notice curl /src/curl/COPYING; \
	notice cjson /src/cjson/LICENSE; \
	notice musl /usr/share/doc/musl-dev/copyright; \
	notice ca-certificates /usr/share/doc/ca-certificates/copyright; \
	install -D -m 644 /etc/ssl/certs/ca-certificates.crt \
		/image/etc/ssl/certs/ca-certificates.crt; \
	mkdir -m 1777 /image/tmp; \
	ln -s cc-token /image/cc-token-action; \
	ln -s cc-token /image/cc-token-post
WORKDIR /project
COPY Makefile VERSION LICENSE* ./
COPY src src
ARG COMMIT=
RUN set -eu; \
	make -j"$(nproc)" STATIC=1 O=/out COMMIT="$COMMIT" CFLAGS=-O2 \
		CPPFLAGS="-isystem /opt/lib/include -isystem /opt/kernel" LDFLAGS=-L/opt/lib/lib; \
	install -m 755 /out/cc-token /image/cc-token; \
	if [ -f LICENSE ]; then install -m 644 LICENSE /image/usr/share/licenses/cc-token; fi

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
