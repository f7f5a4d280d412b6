#!/usr/bin/env bash
# user_manager.sh COMMAND...: runs COMMAND as an ordinary user under a real `systemd --user`, with its journal and its
# session bus, on a machine whose first process need not be systemd.
#
# Everything happens in namespaces of its own (mounts, processes, control groups, IPC, host name): no user is added to
# the machine, no unit is left behind, and when COMMAND ends nothing of it runs on.  Needs root and the packages
# systemd, dbus-user-session, dbus-daemon and util-linux.  Exit code: that of COMMAND; 77 where this cannot run.
#
#   SHOW="/opt/python /tmp/x:/home/x"   folders of the machine that the user may see, at the same place or elsewhere
set -euo pipefail

USER_NAME=lab
USER_ID=1000
HOME_DIR=/home/$USER_NAME
RUNTIME=/run/user/$USER_ID

cannot() { echo "user_manager: $*" >&2; exit 77; }

# As the caller: a control group of our own, then the namespaces, in which this file is run once more.
if [ -z "${INSIDE:-}" ]; then
    [ "$(id -u)" = 0 ] || cannot "needs root"
    for program in systemctl dbus-daemon unshare setpriv /lib/systemd/systemd /lib/systemd/systemd-journald; do
        command -v "$program" >/dev/null || cannot "there is no $program"
    done
    tree=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
    mounted=
    if [ -z "$tree" ]; then
        tree=$(mktemp -d)
        mount -t cgroup2 none "$tree" || cannot "no unified control groups"
        mounted=$tree
    fi
    group=$tree/calsync-lab-$$
    mkdir "$group" || cannot "no control group can be made"
    child=
    tidy() {
        if [ -n "$child" ]; then kill -KILL "$child" 2>/dev/null || true; fi
        for _ in $(seq 100); do
            find "$group" -depth -type d -exec rmdir {} + 2>/dev/null || true
            [ -d "$group" ] || break
            sleep 0.05
        done
        if [ -n "$mounted" ]; then umount "$mounted" && rmdir "$mounted"; fi
    }
    trap tidy EXIT
    trap 'exit 143' TERM
    trap 'exit 130' INT
    export INSIDE=1
    # Whoever unshares while in the group sees it as the root of all groups.
    bash -c 'echo $$ >"$1/cgroup.procs"; shift; exec "$@"' _ "$group" \
        unshare --mount --pid --cgroup --ipc --uts --fork --kill-child=KILL --propagation private \
        bash "$(readlink -f "$0")" "$@" </dev/null &
    child=$!
    code=0
    wait "$child" || code=$?
    child=
    exit "$code"
fi

# --- the first process of the new namespaces -----------------------------------------------------------------------
mount -t proc proc /proc
hostname lab
mount -t cgroup2 -o nsdelegate none /sys/fs/cgroup 2>/dev/null || mount -t cgroup2 none /sys/fs/cgroup

# What is to be seen is set aside first, because what follows covers /home, /run and perhaps /root.
aside=/mnt
mount -t tmpfs -o mode=755 none "$aside"
number=0
for folder in ${SHOW:-}; do
    mkdir "$aside/$number"
    mount --rbind "${folder%%:*}" "$aside/$number"
    number=$((number + 1))
done
mount -t tmpfs -o mode=755 none /run
mount -t tmpfs -o mode=755 none /home
mount -t tmpfs -o mode=755 none /var/log
mount -t tmpfs -o mode=1777 none /tmp
mount -t tmpfs -o mode=1777 none /var/tmp
closed=$(awk -F: '$3 == 0 { print $6; exit }' /etc/passwd)  # the administrator's home, which nobody else may enter
case " ${SHOW:-}" in *" $closed/"*) mount -t tmpfs -o mode=755 none "$closed" ;; esac
number=0
for folder in ${SHOW:-}; do
    mkdir -p "${folder#*:}"
    mount --rbind "$aside/$number" "${folder#*:}"
    number=$((number + 1))
done

# The user: known to this namespace only.
mkdir -p /run/lab
for table in passwd group; do
    grep -v -e "^[^:]*:[^:]*:$USER_ID:" "/etc/$table" >"/run/lab/$table"
done
echo "$USER_NAME:x:$USER_ID:$USER_ID::$HOME_DIR:/bin/bash" >>/run/lab/passwd
echo "$USER_NAME:x:$USER_ID:" >>/run/lab/group
for table in passwd group; do
    chmod 644 "/run/lab/$table"
    mount --bind "/run/lab/$table" "/etc/$table"
done
if [ ! -s /etc/machine-id ]; then
    tr -d - </proc/sys/kernel/random/uuid >/run/lab/machine-id
    [ -e /etc/machine-id ] || touch /etc/machine-id
    mount --bind /run/lab/machine-id /etc/machine-id
fi
mkdir -p "$HOME_DIR" "$RUNTIME" /var/log/journal
chown "$USER_ID:$USER_ID" "$HOME_DIR" "$RUNTIME"
chmod 700 "$RUNTIME"

# What a booted system has made before the first user logs in; hardened units fail without it.
mkdir -p /run/systemd/{system,journal,users,unit-root,propagate,inaccessible} /run/credentials /run/lock /run/dbus
touch /run/systemd/journal/flushed
mkdir -p /run/systemd/journald.conf.d
printf '%s\n' '[Journal]' Storage=persistent SplitMode=uid ReadKMsg=no Audit=no RateLimitIntervalSec=0 \
    ForwardToSyslog=no ForwardToConsole=no ForwardToWall=no SyncIntervalSec=1s >/run/systemd/journald.conf.d/lab.conf
/lib/systemd/systemd-journald </dev/null >/dev/null 2>&1 &

until_there() {  # PATH: waits up to ten seconds for it
    for _ in $(seq 500); do
        [ -S "$1" ] && return 0
        sleep 0.02
    done
    echo "user_manager: $1 did not appear" >&2
    exit 70
}
until_there /run/systemd/journal/stdout

slice=/sys/fs/cgroup/user.slice/user-$USER_ID.slice/user@$USER_ID.service
mkdir -p "$slice/init.scope"
chown -R "$USER_ID:$USER_ID" "$slice"
as_user=(setpriv "--reuid=$USER_ID" "--regid=$USER_ID" --init-groups --inh-caps=-all
    env -i "HOME=$HOME_DIR" "USER=$USER_NAME" "LOGNAME=$USER_NAME" SHELL=/bin/bash LANG=C.UTF-8
    PATH=/usr/local/bin:/usr/bin:/bin "XDG_RUNTIME_DIR=$RUNTIME" "DBUS_SESSION_BUS_ADDRESS=unix:path=$RUNTIME/bus")
bash -c 'echo $$ >"$1/init.scope/cgroup.procs"; shift; cd /; exec "$@"' _ "$slice" \
    "${as_user[@]}" SYSTEMD_LOG_TARGET=journal /lib/systemd/systemd --user </dev/null &
manager=$!
until_there "$RUNTIME/systemd/private"
"${as_user[@]}" timeout 20 systemctl --user is-system-running --wait >/dev/null || true

code=0
(cd "$HOME_DIR" && exec "${as_user[@]}" "$@") || code=$?
"${as_user[@]}" timeout 10 systemctl --user exit 2>/dev/null || true
for _ in $(seq 250); do
    kill -0 "$manager" 2>/dev/null || break
    sleep 0.02
done
exit "$code"
