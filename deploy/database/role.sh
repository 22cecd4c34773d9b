#!/bin/sh
# Run once by the image, on an empty volume: the role that Evenhand serves as is no superuser, so that policies bind it.
set -eu
psql -v ON_ERROR_STOP=1 -v password="$POSTGRES_PASSWORD" --username "$POSTGRES_USER" <<'SQL'
CREATE ROLE evenhand LOGIN PASSWORD :'password';
CREATE DATABASE evenhand OWNER evenhand;
SQL
