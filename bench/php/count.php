<?php
// The classic way: one connection and one query a request, over the cheapest table there is.
mysqli_report(MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT);
$server = $_SERVER;
$link = new mysqli('localhost', $server['DB_USER'], $server['DB_PASSWORD'], $server['DB_NAME'], 0, $server['DB_SOCKET']);
$row = $link->query('SELECT SUM(visitors) AS visitors FROM wp_koko_analytics_site_stats')->fetch_assoc();
header('Content-Type: text/plain; charset=UTF-8');
echo $row['visitors'], "\n";
