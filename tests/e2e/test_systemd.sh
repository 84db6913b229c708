#!/bin/sh
# The unit that is installed: what systemd itself says of its exposure, and that it is well-formed.
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/e2e/lib.sh
. tests/e2e/lib.sh
exposure_max=1.5
sed "s,@PREFIX@,$work/prefix,g" "$repository/config/systemd/engaged.service" >engaged.service
mkdir -p prefix/bin
printf '#!/bin/sh\n' >prefix/bin/engaged && chmod +x prefix/bin/engaged

check "every placeholder is filled in" sh -c '! grep -n "@[A-Z]*@" engaged.service'
if ! command -v systemd-analyze >/dev/null; then
    skip "the unit's exposure: no systemd-analyze here"
    finish
fi
if ! systemd-analyze security --help 2>/dev/null | grep -q -e --offline; then
    skip "the unit's exposure: this systemd-analyze does not look at files"
    finish
fi
systemd-analyze security --offline=yes --no-pager ./engaged.service >security 2>&1
exposure=$(sed -n 's/.*Overall exposure level for engaged.service: \([0-9.]*\).*/\1/p' security)
echo "exposure: ${exposure:-unknown}"
check "systemd calls its exposure $exposure_max at most" awk -v is="${exposure:-99}" -v max=$exposure_max 'BEGIN { exit is > max }'
check "core dumps are off" grep -qx 'LimitCORE=0' engaged.service
check "nobody else may read what it creates" sh -c 'grep -qx UMask=0077 engaged.service && grep -qx StateDirectoryMode=0700 engaged.service'
check "a reload is a SIGHUP" grep -qxF 'ExecReload=/bin/kill -HUP $MAINPID' engaged.service
check "what a restart does not help is not restarted" grep -qx 'RestartPreventExitStatus=2 73 74 78' engaged.service
systemd-analyze verify --man=no ./engaged.service >verify 2>&1
check "systemd finds nothing unknown in it" sh -c '! grep -i "engaged.service.*\(unknown\|invalid\|failed to parse\|ignoring\)" verify'
finish
