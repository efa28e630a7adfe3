/*
 * foreign - something other than SMTP was said to us: what the log tells of it
 * to whoever can mend it.
 */
#ifndef RELAY_FOREIGN_H
#define RELAY_FOREIGN_H

#include "relay/client.h"

/* Tells the fact; COMMAND_NOT_FOREIGN stands for a line of another protocol
 * among the commands. */
void foreign_tell(const struct client *client, enum command_foreign foreign);

#endif
