-- What the sixth version added: what was given up is counted each second.
CREATE INDEX deliveries_lost ON deliveries(sink) WHERE state = 2;
