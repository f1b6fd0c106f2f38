import { useState } from 'preact/hooks';
import { ApiError } from '../api/client';
import { TextField } from '../ui/form';
import { logIn } from './session';

function explain(error: ApiError): string {
  if (error.status === 401 && /management/i.test(error.message)) {
    return 'This user may not use the management. A tag such as "management" is needed.';
  }
  if (error.status === 401) return 'The user name or the password is wrong.';
  return error.message;
}

export function Login(props: { notice?: string | undefined }) {
  const [user, setUser] = useState('');
  const [password, setPassword] = useState('');
  const [problem, setProblem] = useState(props.notice);
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    if (isBusy) return;
    setBusy(true);
    setProblem(undefined);
    try {
      await logIn(user, password);
    } catch (failure) {
      setProblem(failure instanceof ApiError ? explain(failure) : String(failure));
    } finally {
      setBusy(false);
    }
  };
  return (
    <main class="login">
      <form onSubmit={(event) => void submit(event)} aria-label="Log in">
        <h1>Coney</h1>
        <div class="fields">
          <TextField label="User name" value={user} set={setUser} autoComplete="username" required wide autoFocus />
          <TextField
            label="Password"
            type="password"
            value={password}
            set={setPassword}
            autoComplete="current-password"
            wide
          />
        </div>
        {problem && (
          <div class="failure" role="alert">
            {problem}
          </div>
        )}
        <button type="submit" class="primary" aria-disabled={isBusy}>
          Log in
        </button>
      </form>
    </main>
  );
}
