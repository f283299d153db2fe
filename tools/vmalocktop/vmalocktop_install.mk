# SPDX-License-Identifier: GPL-2.0
#
# Installing vmalocktop, and a Debian package of it.

PREFIX ?= /usr/local
DESTDIR ?=
VMALOCKTOP_MAN := $(VMALOCKTOP_BUILD)/vmalocktop.1
VMALOCKTOP_UNIT := dashboards/deploy/vmalocktop-exporter.service
VMALOCKTOP_VERSION := $(shell sed -n 's/^\#define VMALOCKTOP_VERSION "\(.*\)"/\1/p' $(VMALOCKTOP_DIR)/env.h)
VMALOCKTOP_ARCH := $(shell dpkg --print-architecture 2>/dev/null)
VMALOCKTOP_DEB := build/vmalocktop_$(VMALOCKTOP_VERSION)_$(VMALOCKTOP_ARCH).deb

all: $(VMALOCKTOP_MAN)

$(VMALOCKTOP_MAN): $(VMALOCKTOP_DIR)/vmalocktop.1.scd
	$(call say,MAN,$@)
	@mkdir -p $(@D)
	$(Q)sed '/^; SPDX/,+1d' $< | scdoc >$@

.PHONY: install deb deb-check
install: $(VMALOCKTOP_BIN) $(VMALOCKTOP_MAN)	## Install vmalocktop (DESTDIR= PREFIX=/usr/local)
	$(Q)install -D -m 755 -s $(VMALOCKTOP_BIN) $(DESTDIR)$(PREFIX)/bin/vmalocktop
	$(Q)install -D -m 644 $(VMALOCKTOP_MAN) $(DESTDIR)$(PREFIX)/share/man/man1/vmalocktop.1
	$(Q)install -D -m 644 $(VMALOCKTOP_DIR)/vmalocktop.bash \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions/vmalocktop
	$(Q)install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/doc/vmalocktop \
		$(addprefix $(VMALOCKTOP_DIR)/,JSON_SCHEMA.md METRICS.md API.md)
	$(Q)install -d $(DESTDIR)$(PREFIX)/lib/systemd/system
	$(Q)sed 's#/usr/bin/#$(PREFIX)/bin/#' $(VMALOCKTOP_UNIT) \
		>$(DESTDIR)$(PREFIX)/lib/systemd/system/vmalocktop-exporter.service

deb: $(VMALOCKTOP_DEB)	## Build build/vmalocktop_*.deb

deb-check: $(VMALOCKTOP_DEB)	## Install that in a fresh Debian 12 (downloads 50 MB), and run it there
	$(Q)deps/install vmalocktop
	$(Q)tests/deb/check $<

# Statically linked: it depends on nothing but a kernel.  Else it had to name the libraries' packages.
$(VMALOCKTOP_DEB): $(VMALOCKTOP_BIN) $(VMALOCKTOP_MAN) $(wildcard $(VMALOCKTOP_DIR)/* dashboards/deploy/*)
	$(Q)headers=$$(readelf -lW $(VMALOCKTOP_BIN)) || exit 1; case $$headers in *INTERP*) \
		echo "deb: $(VMALOCKTOP_BIN) needs shared libraries, which the package names nowhere: install" \
			"the static ones (make deps), remove it and make it again" >&2; exit 1;; esac
	$(call say,DEB,$@)
	$(Q)rm -rf $(VMALOCKTOP_BUILD)/deb
	$(Q)$(MAKE) install DESTDIR=$(VMALOCKTOP_BUILD)/deb PREFIX=/usr
	$(Q)gzip -9n $(VMALOCKTOP_BUILD)/deb/usr/share/man/man1/vmalocktop.1
	$(Q)install -D -m 644 $(VMALOCKTOP_DIR)/copyright $(VMALOCKTOP_BUILD)/deb/usr/share/doc/vmalocktop/copyright
	$(Q)install -D -m 644 $(VMALOCKTOP_UNIT:.service=.default) \
		$(VMALOCKTOP_BUILD)/deb/etc/default/vmalocktop-exporter
	$(Q)mkdir -p $(VMALOCKTOP_BUILD)/deb/DEBIAN
	$(Q)echo /etc/default/vmalocktop-exporter >$(VMALOCKTOP_BUILD)/deb/DEBIAN/conffiles
	$(Q)sed -e 's/@VERSION@/$(VMALOCKTOP_VERSION)/; s/@ARCH@/$(VMALOCKTOP_ARCH)/' \
		-e "s/@SIZE@/$$(du -sk $(VMALOCKTOP_BUILD)/deb/usr | cut -f1)/" $(VMALOCKTOP_DIR)/control.in \
		>$(VMALOCKTOP_BUILD)/deb/DEBIAN/control
	$(Q)dpkg-deb --root-owner-group -Zxz --build $(VMALOCKTOP_BUILD)/deb $@ >/dev/null
