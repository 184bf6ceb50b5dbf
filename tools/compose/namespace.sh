#!/bin/sh
# The one namespace, with a retention that leaves time to look into a failure (the default is a day).
# Everything in Temporal can be rebuilt from SQL, so more is not needed. May run at every start.
set -eu
attempt=0
until temporal operator cluster health; do
    attempt=$((attempt + 1))
    if [ "$attempt" -ge 60 ]; then exit 1; fi
    sleep 2
done
if temporal operator namespace describe -n default >/dev/null 2>&1; then
    temporal operator namespace update -n default --retention 30d
else
    temporal operator namespace create -n default --retention 30d
fi
