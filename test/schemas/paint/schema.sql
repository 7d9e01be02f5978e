create table colors (value text primary key, comment text);
insert into colors values ('red', 'as a rose'), ('blue', null), ('dark_green', null);

create table paint_can (
  can_id int primary key,
  color text not null references colors,
  price_cents int not null,
  owner_id int not null
);
insert into paint_can values (1, 'red', 500, 7), (2, 'blue', 700, 7), (3, 'dark_green', 900, 8);

create table can_note (note_id int primary key, can_id int not null references paint_can, note_text text not null);
insert into can_note values (10, 1, 'dented'), (11, 3, 'empty');
