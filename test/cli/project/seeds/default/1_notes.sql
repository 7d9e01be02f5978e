insert into notes values (1, 'draft', false), (2, 'news', true);
