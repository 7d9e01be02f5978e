create table notes (id int primary key, title text not null, published boolean not null default false);
