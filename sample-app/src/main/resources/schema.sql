-- One row for each open workspace. Understood by H2 and by PostgreSQL.
create table if not exists lease (
    home      varchar(36) not null, -- of which data directory
    run       varchar(36) not null, -- of which run of the application
    workspace bigint      not null,
    picture   varchar(64) not null,
    opened_at timestamp with time zone default current_timestamp not null,
    primary key (run, workspace)
);
