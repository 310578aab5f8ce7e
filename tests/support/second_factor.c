/*
 * A second factor for tests: a module of PAM that asks for a code, and takes one.
 * It needs no header of PAM: what it uses of the interface is declared here.
 */

#include <stdlib.h>
#include <string.h>

#define PAM_SUCCESS 0
#define PAM_AUTH_ERR 7
#define PAM_CONV 5
#define PAM_PROMPT_ECHO_OFF 1

struct pam_handle;
struct pam_message {
  int style;
  const char *text;
};
struct pam_response {
  char *text;
  int code;
};
struct pam_conv {
  int (*ask)(int, const struct pam_message **, struct pam_response **, void *);
  void *data;
};

int pam_get_item(const struct pam_handle *, int, const void **);

int pam_sm_authenticate(struct pam_handle *handle, int flags, int count, const char **words) {
  const struct pam_message message = {PAM_PROMPT_ECHO_OFF, "Verification code: "};
  const struct pam_message *messages = &message;
  const void *item = NULL;
  (void)flags;
  if (count < 1 || pam_get_item(handle, PAM_CONV, &item) != PAM_SUCCESS || item == NULL)
    return PAM_AUTH_ERR;

  const struct pam_conv *conversation = item;
  struct pam_response *answer = NULL;
  if (conversation->ask(1, &messages, &answer, conversation->data) != PAM_SUCCESS || answer == NULL)
    return PAM_AUTH_ERR;
  int right = answer->text != NULL && strcmp(answer->text, words[0]) == 0;
  free(answer->text);
  free(answer);
  return right ? PAM_SUCCESS : PAM_AUTH_ERR;
}

int pam_sm_setcred(struct pam_handle *handle, int flags, int count, const char **words) {
  (void)handle, (void)flags, (void)count, (void)words;
  return PAM_SUCCESS;
}
