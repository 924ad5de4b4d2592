#!/bin/sh
# Compiles Engine.java against Debian's Apache Lucene (package liblucene8-java) into the folder $1, and prints the class
# path to run it with: java -cp "$(run.sh DIR)" Engine
set -eu
here=$(cd "$(dirname "$0")" && pwd)
jars=/usr/share/java
cp=""
for part in core memory misc queryparser analyzers-common; do
  jar=$(ls "$jars"/lucene-$part-8.*.jar 2>/dev/null | head -n 1)
  if [ -z "$jar" ]; then
    echo "no $jars/lucene-$part-8.*.jar: apt-get install liblucene8-java default-jdk-headless" >&2
    exit 3
  fi
  cp="$cp:$jar"
done
cp=${cp#:}
javac -nowarn -cp "$cp" -d "$1" "$here/Engine.java" >&2
echo "$1:$cp"
