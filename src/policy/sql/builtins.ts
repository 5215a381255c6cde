/**
 * PostgreSQL's own functions by class, from pg_proc of PostgreSQL 18. Volatility labels prove nothing of a
 * user's function; of PostgreSQL's own, those labelled immutable or stable change nothing, except for what
 * `acting` names. Functions that take or return `internal` cannot be called and stand nowhere.
 */
const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** They run SQL text or a cursor that they are given: as opaque as a user's function. */
export const running = words(`
  query_to_xml query_to_xml_and_xmlschema query_to_xmlschema cursor_to_xml cursor_to_xmlschema ts_stat
`);

/** They change something outside the tables named, or read what no privilege on a table guards. */
export const acting = words(`
  amvalidate binary_upgrade_add_sub_rel_state binary_upgrade_create_empty_extension
  binary_upgrade_logical_slot_has_caught_up binary_upgrade_replorigin_advance
  binary_upgrade_set_missing_value binary_upgrade_set_next_array_pg_type_oid
  binary_upgrade_set_next_heap_pg_class_oid binary_upgrade_set_next_heap_relfilenode
  binary_upgrade_set_next_index_pg_class_oid binary_upgrade_set_next_index_relfilenode
  binary_upgrade_set_next_multirange_array_pg_type_oid binary_upgrade_set_next_multirange_pg_type_oid
  binary_upgrade_set_next_pg_authid_oid binary_upgrade_set_next_pg_enum_oid
  binary_upgrade_set_next_pg_tablespace_oid binary_upgrade_set_next_pg_type_oid
  binary_upgrade_set_next_toast_pg_class_oid binary_upgrade_set_next_toast_relfilenode
  binary_upgrade_set_record_init_privs brin_desummarize_range brin_summarize_new_values brin_summarize_range
  current_query database_to_xml database_to_xml_and_xmlschema database_to_xmlschema fmgr_c_validator
  fmgr_internal_validator fmgr_sql_validator gin_clean_pending_list lo_close lo_creat lo_create lo_export
  lo_from_bytea lo_get lo_import lo_lseek lo_lseek64 lo_open lo_put lo_tell lo_tell64 lo_truncate
  lo_truncate64 lo_unlink loread lowrite pg_backup_start pg_backup_stop pg_cancel_backend
  pg_clear_attribute_stats pg_clear_relation_stats pg_copy_logical_replication_slot
  pg_copy_physical_replication_slot pg_create_logical_replication_slot pg_create_physical_replication_slot
  pg_create_restore_point pg_drop_replication_slot pg_event_trigger_ddl_commands
  pg_event_trigger_dropped_objects pg_event_trigger_table_rewrite_oid pg_event_trigger_table_rewrite_reason
  pg_export_snapshot pg_extension_config_dump pg_hba_file_rules pg_ident_file_mappings
  pg_import_system_collations pg_log_backend_memory_contexts pg_log_standby_snapshot pg_logical_emit_message
  pg_logical_slot_get_binary_changes pg_logical_slot_get_changes pg_logical_slot_peek_binary_changes
  pg_logical_slot_peek_changes pg_ls_archive_statusdir pg_ls_dir pg_ls_logdir pg_ls_logicalmapdir
  pg_ls_logicalsnapdir pg_ls_replslotdir pg_ls_summariesdir pg_ls_tmpdir pg_ls_waldir pg_nextoid pg_promote
  pg_read_binary_file pg_read_file pg_reload_conf pg_replication_origin_advance pg_replication_origin_create
  pg_replication_origin_drop pg_replication_origin_session_reset pg_replication_origin_session_setup
  pg_replication_origin_xact_reset pg_replication_origin_xact_setup pg_replication_slot_advance
  pg_restore_attribute_stats pg_restore_relation_stats pg_rotate_logfile pg_show_all_file_settings
  pg_stat_file pg_stat_reset pg_stat_reset_backend_stats pg_stat_reset_replication_slot pg_stat_reset_shared
  pg_stat_reset_single_function_counters pg_stat_reset_single_table_counters pg_stat_reset_slru
  pg_stat_reset_subscription_stats pg_stop_making_pinned_objects pg_switch_wal pg_sync_replication_slots
  pg_terminate_backend pg_wal_replay_pause pg_wal_replay_resume pg_wal_summary_contents schema_to_xml
  schema_to_xml_and_xmlschema schema_to_xmlschema setval table_to_xml table_to_xml_and_xmlschema
  table_to_xmlschema
`);

/**
 * Names that came with a version (PostgreSQL's release notes). On an older server, or one of unknown version,
 * such a name can only be a user's function.
 */
export const since: ReadonlyMap<string, number> = new Map([
  ...named(15, 'regexp_count regexp_instr regexp_like regexp_substr has_parameter_privilege'),
  ...named(16, 'random_normal array_sample array_shuffle erf erfc date_add date_subtract any_value'),
  ...named(16, 'pg_input_is_valid pg_input_error_info pg_split_walfile_name'),
  ...named(17, 'to_bin to_oct uuid_extract_timestamp uuid_extract_version pg_basetype to_regtypemod xmltext'),
  ...named(17, 'unicode_assigned unicode_version icu_unicode_version pg_available_wal_summaries'),
  ...named(18, 'uuidv4 uuidv7 casefold crc32 crc32c gamma lgamma array_reverse array_sort pg_get_acl'),
  ...named(
    18,
    'has_largeobject_privilege pg_get_aios pg_get_loaded_modules pg_numa_available pg_get_sequence_data',
  ),
]);

function named(version: number, names: string): [string, number][] {
  return names.split(' ').map((name) => [name, version]);
}
