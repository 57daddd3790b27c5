-- Runs after every migration: 0001 grants the application all tables of the schema, and the migrations'
-- own, which are there by then, are none of its business.
revoke all on _yoyo_log, _yoyo_migration, _yoyo_version, yoyo_lock from plushka_app;
