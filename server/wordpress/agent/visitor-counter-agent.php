<?php
/**
 * Plugin Name: Visitor Counter Agent
 * Description: Answers the visitor counter that holds the key, with the figures of your statistics plugin. It reads only.
 * Version: 1
 * Requires at least: 5.2
 * Requires PHP: 7.2
 * License: MIT
 *
 * @package Visitor_Counter_Agent
 */

if ( ! defined( 'ABSPATH' ) ) {
	// Whoever asks for the file itself finds none.
	http_response_code( 404 );
	exit;
}

/**
 * Runs statements of a fixed list for whoever signs with the key of this site's counter.
 *
 * For everybody else WordPress answers as it would without this plugin.
 */
final class Visitor_Counter_Agent {
	/** Ed25519 public key, base 64; there is no secret in this file. */
	const KEY = '@KEY@';
	/** Says which site a request is for: one that was recorded elsewhere is of no use here. */
	const SITE = '@SITE@';
	const PROTOCOL = 'visitor-counter-agent 1';
	/** Seconds that the clocks may differ. */
	const WINDOW         = 300;
	const MAX_BODY       = 65536;
	const MAX_STATEMENTS = 64;
	const MAX_ROWS       = 20000;
	const LIMIT_SECONDS  = 5;
	/** Id of a statement, to its text; {name} is a table of this site, {blog} its number. */
	const STATEMENTS = array(
@STATEMENTS@
	);
	/** Which list of statements this is. */
	const LIST_ID = '@LIST@';
	/** Tables that the statements read: a pattern of their names behind the prefix, and those without one. */
	const TABLES     = '@TABLES@';
	const UNPREFIXED = array( @UNPREFIXED@ );
	/** Those that a network has once, behind the prefix of its main site. */
	const NETWORK = array( @NETWORK@ );

	/** Answers a signed request and ends, before WordPress loads the rest of itself. */
	public static function answer() {
		if ( ! isset( $_SERVER['REQUEST_METHOD'], $_SERVER['REQUEST_URI'] ) || 'POST' !== $_SERVER['REQUEST_METHOD'] ) {
			return;
		}
		// phpcs:ignore WordPress.Security.ValidatedSanitizedInput -- compared, never used.
		$uri = (string) $_SERVER['REQUEST_URI'];
		if ( false === strpos( rawurldecode( $uri ), 'visitor-counter/v1/rows' ) ) {
			return;
		}
		$body = file_get_contents( 'php://input', false, null, 0, self::MAX_BODY + 1 );
		if ( ! is_string( $body ) || strlen( $body ) > self::MAX_BODY || ! preg_match( '/^\{"ask":"((?:[0-9a-f]{2})+)","sig":"([0-9a-f]{128})"\}$/D', $body, $part ) ) {
			return;
		}
		$ask = json_decode( hex2bin( $part[1] ), true, 6 );
		if ( ! is_array( $ask ) || ! isset( $ask['site'], $ask['time'], $ask['nonce'], $ask['run'] ) || self::SITE !== $ask['site'] || ! is_int( $ask['time'] ) || ! is_string( $ask['nonce'] ) || ! self::is_signed( $part[1], $part[2] ) ) {
			return;
		}
		$answer = array(
			'nonce' => $ask['nonce'],
			'time'  => time(),
			'list'  => self::LIST_ID,
		);
		try {
			$answer += abs( time() - $ask['time'] ) > self::WINDOW ? array( 'error' => 'clock' ) : self::run( $ask['run'] );
		} catch ( Throwable $error ) {
			$answer += array( 'error' => 'agent' );
		}
		self::send( $answer );
	}

	private static function is_signed( $ask, $signature ) {
		if ( ! function_exists( 'sodium_crypto_sign_verify_detached' ) ) {
			require_once ABSPATH . WPINC . '/sodium_compat/autoload.php';
		}
		try {
			// phpcs:ignore WordPress.PHP.DiscouragedPHPFunctions.obfuscation_base64_decode -- a key, no code.
			return sodium_crypto_sign_verify_detached( hex2bin( $signature ), self::PROTOCOL . "\n" . $ask, base64_decode( self::KEY ) );
		} catch ( Throwable $error ) {
			return false;
		}
	}

	/** Runs [ id, values, month ] each, in one snapshot that only reads. */
	private static function run( $run ) {
		global $wpdb;
		if ( ! is_array( $run ) || count( $run ) > self::MAX_STATEMENTS ) {
			return array( 'error' => 'request' );
		}
		$texts = array();
		foreach ( $run as $at => $one ) {
			if ( ! is_array( $one ) || ! isset( $one[0] ) || ! is_string( $one[0] ) || ! isset( self::STATEMENTS[ $one[0] ] ) ) {
				return array(
					'error' => 'statement',
					'at'    => $at,
				);
			}
			$text = self::text( $one );
			if ( null === $text ) {
				return array(
					'error' => 'request',
					'at'    => $at,
				);
			}
			$texts[] = $text;
		}
		$wpdb->hide_errors();
		$wpdb->suppress_errors( true );
		self::prepare();
		$results = array();
		$failure = array();
		foreach ( $texts as $at => $text ) {
			$wpdb->last_error = '';
			// phpcs:ignore WordPress.DB -- a fixed text; its values are integers and words without quotes.
			$rows = $wpdb->get_results( $text, ARRAY_A );
			if ( '' !== $wpdb->last_error || ! is_array( $rows ) ) {
				$failure = array(
					'error' => 'sql',
					'at'    => $at,
					'code'  => $wpdb->dbh instanceof mysqli ? mysqli_errno( $wpdb->dbh ) : 0,
				);
				break;
			}
			if ( count( $rows ) > self::MAX_ROWS ) {
				$failure = array(
					'error' => 'rows',
					'at'    => $at,
				);
				break;
			}
			$rows      = self::own_names( $rows );
			$results[] = array(
				'columns' => $rows ? array_keys( $rows[0] ) : array(),
				'rows'    => array_map( 'array_values', $rows ),
			);
		}
		$wpdb->query( 'COMMIT' ); // phpcs:ignore WordPress.DB -- ends what prepare() began.
		return $failure ? $failure : array( 'results' => $results );
	}

	/** Limits of this session, and a snapshot; the connection ends with the request. */
	private static function prepare() {
		global $wpdb;
		$seconds = self::LIMIT_SECONDS;
		$is_maria = false !== stripos( (string) $wpdb->get_var( 'SELECT VERSION()' ), 'mariadb' ); // phpcs:ignore WordPress.DB
		$limit    = $is_maria ? "max_statement_time=$seconds" : 'max_execution_time=' . $seconds * 1000;
		// A MySQL before 5.7.8 knows no such limit; the others it does.
		foreach (
			array(
				"SET SESSION $limit",
				"SET SESSION lock_wait_timeout=5, time_zone='+00:00', sql_mode=''",
				'SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ',
				'START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY',
			) as $statement
		) {
			$wpdb->query( $statement ); // phpcs:ignore WordPress.DB -- constant texts.
		}
	}

	/** The SQL of a statement with its values and tables; null for values of another kind. */
	private static function text( $one ) {
		global $wpdb;
		$values = isset( $one[1] ) && is_array( $one[1] ) ? array_values( $one[1] ) : null;
		$month  = isset( $one[2] ) ? $one[2] : '';
		$parts  = explode( '?', self::STATEMENTS[ $one[0] ] );
		if ( null === $values || count( $parts ) !== count( $values ) + 1 || ! is_string( $month ) || ! preg_match( '/^(\d{4}_\d{2})?$/D', $month ) ) {
			return null;
		}
		$sql = $parts[0];
		foreach ( $values as $at => $value ) {
			if ( is_int( $value ) ) {
				$sql .= $value;
			} elseif ( is_string( $value ) && preg_match( '/^[0-9A-Za-z :._+-]{0,40}$/D', $value ) ) {
				$sql .= "'" . $value . "'";
			} else {
				return null;
			}
			$sql .= $parts[ $at + 1 ];
		}
		return preg_replace_callback(
			'/\{([a-z0-9_]+)(\*?)\}/',
			function ( $match ) use ( $wpdb, $month ) {
				if ( 'blog' === $match[1] ) {
					return (string) get_current_blog_id();
				}
				if ( 'names' === $match[1] ) {
					return self::names();
				}
				$prefix = in_array( $match[1], self::NETWORK, true ) ? $wpdb->base_prefix : $wpdb->prefix;
				return '`' . $prefix . $match[1] . ( '*' === $match[2] ? $month : '' ) . '`';
			},
			$sql
		);
	}

	/** The condition for the names of the tables that the statements read. */
	private static function names() {
		global $wpdb;
		$pattern = esc_sql( '^' . preg_quote( $wpdb->prefix ) . '(' . self::TABLES . ')$' );
		$others  = self::UNPREFIXED;
		foreach ( self::NETWORK as $name ) {
			$others[] = $wpdb->base_prefix . $name;
		}
		return "(table_name REGEXP '$pattern' OR table_name IN ('" . implode( "', '", array_map( 'esc_sql', $others ) ) . "'))";
	}

	/** Names of tables as every site has them: with "wp_" for its prefix. */
	private static function own_names( $rows ) {
		global $wpdb;
		foreach ( $rows as $at => $row ) {
			if ( ! isset( $row['tableName'] ) || in_array( $row['tableName'], self::UNPREFIXED, true ) ) {
				continue;
			}
			$name   = $row['tableName'];
			$shared = substr( $name, strlen( $wpdb->base_prefix ) );
			$prefix = in_array( $shared, self::NETWORK, true ) ? $wpdb->base_prefix : $wpdb->prefix;
			if ( 0 === stripos( $name, $prefix ) ) {
				$rows[ $at ]['tableName'] = 'wp_' . substr( $name, strlen( $prefix ) );
			}
		}
		return $rows;
	}

	private static function send( $answer ) {
		while ( ob_get_level() > 0 && ob_end_clean() ) {
			continue;
		}
		// phpcs:ignore WordPress.Security.ValidatedSanitizedInput -- a number that PHP sets.
		$begun             = isset( $_SERVER['REQUEST_TIME_FLOAT'] ) ? (float) $_SERVER['REQUEST_TIME_FLOAT'] : microtime( true );
		$answer['totalMs'] = round( ( microtime( true ) - $begun ) * 1000, 2 );
		if ( ! headers_sent() ) {
			http_response_code( 200 );
			header( 'Content-Type: application/json; charset=utf-8' );
			header( 'Cache-Control: no-store, private' );
			header( 'X-Robots-Tag: noindex' );
		}
		remove_all_actions( 'shutdown' );
		echo "\n", wp_json_encode( array( 'visitor-counter' => 1 ) + $answer, JSON_INVALID_UTF8_SUBSTITUTE | JSON_UNESCAPED_SLASHES ), "\n";
		exit;
	}

	/** Tells an admin, on the page of the plugins, what this is. */
	public static function notice() {
		$screen = get_current_screen();
		if ( ! $screen || 'plugins' !== $screen->id || ! current_user_can( 'activate_plugins' ) ) {
			return;
		}
		printf(
			'<div class="notice notice-info"><p><strong>%s</strong> %s</p></div>',
			esc_html( 'Visitor Counter Agent is active.' ),
			esc_html( 'It answers the one visitor counter that holds the key of this zip, with figures of your statistics plugin. It writes nothing, has no settings, and leaves nothing behind when you delete it. Try it with: visitor-counter agent ' . home_url() . ' --check' )
		);
	}
}

Visitor_Counter_Agent::answer();
if ( is_admin() ) {
	add_action( 'admin_notices', array( 'Visitor_Counter_Agent', 'notice' ) );
}
