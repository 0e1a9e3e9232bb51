#!/bin/sh
# The database tests against Debian's PostgreSQL 15: a throwaway cluster on a socket of its own, gone at the end.
# `sh scripts/test_pg15.sh [PYTEST ARGUMENTS]`; without any, every test that needs no browser.
set -eu
cd "$(dirname "$0")/.."
bin=/usr/lib/postgresql/15/bin
if [ ! -x $bin/initdb ]; then
  [ "$(id -u)" = 0 ] && [ -x /usr/bin/apt-get ] || { echo "请先安装 postgresql-15。" >&2; exit 1; }
  echo "安装 PostgreSQL 15……"
  apt-get update -q >/dev/null && DEBIAN_FRONTEND=noninteractive apt-get install -y -q postgresql-15 >/dev/null
fi

home=$(mktemp -d -t fpa-pg15.XXXXXX)
mkdir "$home/run" "$home/data"
as_server=""
if [ "$(id -u)" = 0 ]; then # PostgreSQL refuses to run as root
  chmod 755 "$home"
  chown postgres: "$home/run"
  install -d -o postgres -m 700 "$home/pg"
  as_server="setpriv --reuid=postgres --regid=postgres --clear-groups"
fi
server() { (cd / && $as_server "$bin/$@"); }
finish() {
  server pg_ctl stop -D "$home/pg" -m immediate -s 2>/dev/null || true
  rm -rf "$home"
}
trap finish EXIT
trap 'exit 130' INT TERM

server initdb -D "$home/pg" -U postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 >/dev/null
cat >>"$home/pg/postgresql.conf" <<SETTINGS
listen_addresses = ''
unix_socket_directories = '$home/run'
shared_buffers = '256MB'
random_page_cost = 1.1
max_parallel_workers_per_gather = 1
jit = off
timezone = 'Asia/Shanghai'
fsync = off
full_page_writes = off
SETTINGS
server pg_ctl start -D "$home/pg" -w -s -l "$home/run/log"
server psql -XqAt -h "$home/run" -U postgres -d postgres \
  -c "CREATE ROLE fpa_owner LOGIN CREATEDB CREATEROLE IN ROLE pg_checkpoint" \
  -c "CREATE DATABASE fpa OWNER fpa_owner" -c "SELECT version()"

export DATABASE_URL="postgresql://fpa_owner@/fpa?host=$home/run" FPA_DATA_DIR="$home/data"
[ $# -gt 0 ] || set -- -n 2 --dist loadgroup --no-loadscope-reorder
.venv/bin/python -m pytest -m "not journey" "$@"
