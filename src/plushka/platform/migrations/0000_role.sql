-- The role under which everything of the application runs. It belongs to the whole server, so another
-- database on it may have made it already, or make it this very moment.
do $$
begin
    create role plushka_app nologin;
exception
    when duplicate_object or unique_violation then null;
end
$$;

do $$
begin
    execute format('grant plushka_app to %I', current_user);
end
$$;
