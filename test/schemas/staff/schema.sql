-- People of two teams: what a role made of two others sees of them, and functions that give them.
create table team (id int primary key, name text not null);
create table person (
  id int primary key,
  name text not null,
  salary numeric not null,
  remarks text,
  team_id int not null references team,
  boss_id int references person
);
create function yearly_salary(p person) returns numeric language sql stable as $$ select p.salary * 12 $$;
create function people_paid(at_least numeric, at_most numeric default 1000) returns setof person language sql stable as
  $$ select * from person where salary between at_least and at_most order by id $$;
create function me(hasura_session json) returns person language sql stable as
  $$ select * from person where id = (hasura_session ->> 'x-hasura-user-id')::int $$;
create function payroll() returns setof person language sql stable as $$ select * from person order by id $$;

insert into team values (1, 'sales'), (2, 'support');
insert into person values
  (1, 'Ana', 300, 'founder', 1, null),
  (2, 'Ben', 200, 'punctual', 1, 1),
  (3, 'Cleo', 100, 'new', 1, 1),
  (4, 'Dan', 250, null, 2, 2);
