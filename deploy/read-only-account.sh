# The account of the bridge. The container of MariaDB sources this once, when it makes the database;
# docker_process_sql is its own way to the server.
docker_process_sql <<SQL
CREATE USER 'counter'@'%' IDENTIFIED BY '${COUNTER_PASSWORD}';
GRANT SELECT ON \`wordpress\`.* TO 'counter'@'%';
SQL
